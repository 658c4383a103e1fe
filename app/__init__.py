"""The desktop application; it never imports torch.

Shell (ui, cli) asks use cases; use cases call storage, imaging and runs, which know the domain. What has two
fillings is a port: inference and exporters fill two, and bootstrap alone says who fills which.
A new screen is a folder under ui, a new verb a file under usecases.
"""

__version__ = "0.1.0"
