"""From a frozen data set to a published model, in a process of its own.

contract is plain data for everyone; engine holds torch and tells the story in run.py; data_sets looks after
data folders without torch. doors are the commands, one file per family; a new one is a file there and a line
in __main__.
"""
