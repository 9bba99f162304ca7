"""WhatsApp: what its Cloud API says and takes (docs/channels.md)."""
