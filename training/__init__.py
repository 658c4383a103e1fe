"""From a frozen data set to a published model, in a process of its own.

contract is plain data for everyone; engine holds torch and tells the story in run.py.
"""
