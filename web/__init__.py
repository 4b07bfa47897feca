"""The portal: Flask pages over ``hub.services``. Nothing is opened at import time; see :func:`web.app.create_app`."""
