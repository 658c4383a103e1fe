"""What can be done to a mask, as plain functions of arrays: no Qt, no state, no screen."""
