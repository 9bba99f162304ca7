"""Every socket address of the system."""

from channels.routing import URLRouter

from config.sockets import refuse_unknown

sockets = URLRouter([refuse_unknown])
