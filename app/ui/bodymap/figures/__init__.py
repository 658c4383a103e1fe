"""The drawing of the body map: outlines made for this program, cut into regions that name a site each.

Units are those of the drawing (a figure is 450 high), x to the right and y downwards, as Qt draws.
"""
