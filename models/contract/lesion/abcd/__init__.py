"""What of the ABCD rule can be measured on a mask and its pixels: axes, border sectors and colour patches."""
