"""What may not leave for Wildberries: every outgoing text is checked, drafted, typed or scheduled.

A finding names the rule, the place and a wording that would be allowed.
"""

from marketplace.compliance.checking import check, is_refused
from marketplace.compliance.rules import LIMITS, Channel, Finding, Rule, Severity

__all__ = ["LIMITS", "Channel", "Finding", "Rule", "Severity", "check", "is_refused"]
