"""People who flee through one road: how many, when, where they wait, what they need, and how sure we are.

Everything a program needs is a name of this module, listed in its stub; each is loaded when it is first used, so that importing is quick.
"""

from __future__ import annotations

import lazy_loader

from refugee_model.version import VERSION

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = VERSION
