"""A user's own packages, which `site` leaves out on WASI: imported by a file of the installed packages, so never
where a virtual environment is without those."""

import os
import site
import sys


def _add():
    if sys.flags.no_user_site or site.USER_SITE:
        return
    site.USER_BASE = os.environ.get("PYTHONUSERBASE") or os.path.join(os.path.expanduser("~"), ".local")
    site.USER_SITE = site._get_path(site.USER_BASE)
    site.ENABLE_USER_SITE = True
    if os.path.isdir(site.USER_SITE):
        before = len(sys.path)
        site.addsitedir(site.USER_SITE)
        # They go before the packages of all users, the last so far.
        sys.path[before - 1:] = sys.path[before:] + sys.path[before - 1:before]


_add()
