"""SQLAlchemy lives here and nowhere else: rows, mapping, repositories, blobs, migrations.

May import domain; use cases call it.
"""
