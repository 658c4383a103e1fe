from tests.ui_thread import collected_on_the_ui_thread

__all__ = ["collected_on_the_ui_thread"]
