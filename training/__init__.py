"""From a frozen data set to a published model, in a process of its own.

contract is plain data for everyone, and data_sets looks after data folders; both without torch. The other
rooms stand in the order of the import contract, from inputs up to runs and cli; a new command is a file in
cli and a line in __main__.
"""
