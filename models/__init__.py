"""What a model is: the light contract for everyone, and the torch networks behind it.

contract may be imported by all; nets, export and serve hold torch.
A new architecture is a file under nets/segmentation or nets/classification and a line in nets/__init__.
"""
