"""The data folder and the machine looked after."""
