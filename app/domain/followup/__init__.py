"""Follow-up: the images of one lesion from several visits, brought into one frame and compared."""
