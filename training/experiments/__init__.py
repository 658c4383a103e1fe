"""Experiments that made and measured the shipped models, each started by the script of its name.

An experiment uses the rooms of training and is used by none of them. It reads a data folder, prints what it
found and writes it where it is asked to; a new one is a file here and a script that calls its main.
"""
