"""View aids: other ways of showing an image, which change nothing that is stored, measured or scored."""
