"""A plugin that comes first: what no test needs, and every process would take a second to make.

With this package jsonschema builds a grammar of internet addresses when notebooks are first
read. Without it, it leaves such addresses unchecked; a notebook has none that it would check.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # to import it now says that it isn't there
