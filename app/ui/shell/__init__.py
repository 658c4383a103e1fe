"""The frame of the window: actions, menus, panes, dialogs, and the controller they call."""
