"""The desktop application; it never imports torch.

Shell (ui, cli) asks use cases; use cases know the domain and the ports; adapters (storage, imaging,
inference, exporters, runs) fill the ports; bootstrap alone names concrete adapters.
A new screen is a folder under ui, a new verb a file under usecases.
"""

__version__ = "0.1.0"
