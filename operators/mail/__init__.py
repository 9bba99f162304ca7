"""A shop's mailbox: read by IMAP, written from by SMTP, at addresses the shop names."""
