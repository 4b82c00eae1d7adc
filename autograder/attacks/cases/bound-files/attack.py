# %% start
import os
import sys

import heinit_lab
import numpy


def everybodys(path):
    os.chmod(path, 0o777)
    if os.stat(path).st_mode & 0o777 != 0o777:  # only pretended
        raise PermissionError


for path in (sys.executable, numpy.__file__, heinit_lab.__file__, sys.modules["solver"].__file__):
    for attempt in (lambda p: open(p, "a"), os.unlink, everybodys, lambda p: os.rename(p, p + "x")):
        try:
            attempt(path)
            print("won".upper(), path)
        except OSError:
            pass
