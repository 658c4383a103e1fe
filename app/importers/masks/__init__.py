"""Outlines and masks that other programs drew, in COCO, labelme, CVAT and YOLO; one file per format.

To add a format: a function from the file's path to ``DrawnImage``s, and a row in ``outline_file``.
"""
