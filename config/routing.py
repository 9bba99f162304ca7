"""Every socket address of the system; a page of another origin cannot open one."""

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from config.crowds import CrowdLimit
from config.sockets import refuse_unknown
from dialogs import routing as dialogs
from operators import routing as operators

sockets = AllowedHostsOriginValidator(CrowdLimit(URLRouter([*dialogs.sockets, *operators.sockets, refuse_unknown])))
