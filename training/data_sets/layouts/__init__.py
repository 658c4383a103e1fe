"""Public data sets as they are downloaded, turned into data folders: one file per layout.

``isic_challenge`` (with ``isic_download``) shrinks and groups the challenges 2016 to 2018; the other layouts
hand their lesions to ``data_folder``, which copies files and deals splits. To add a layout: a file with a
function that says ``cards`` and ``entries``, and a command in ``training.cli.data``.
"""
