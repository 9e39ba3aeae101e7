"""What is told after a change, by a word that may stand in an address: never a text that others wrote."""

NOTES = {
    "created": "Created.",
    "updated": "Saved.",
    "renamed": "Renamed.",
    "moved": "Moved to another scope, as a new version.",
    "restored": "Restored, as a new version.",
    "destroyed": "Destroyed for good.",
    "deleted": "Deleted. It can be brought back for 30 days.",
    "undeleted": "Brought back.",
    "purged": "Purged: it is in no file of the store any more.",
    "removed": "Removed.",
    "registered": "Registered.",
    "kept-as-secret": "Saved. What was typed in the clear is kept as a secret; its reference stands here.",
    "trusted": "Accepted as it is now.",
    "revoked": "Revoked: it opens nothing any more.",
    "invited": "Invited.",
    "password-changed": "Your password is changed. Other log-ins have ended.",
    "logged-out": "You are logged out.",
    "logged-out-everywhere": "You are logged out everywhere.",
    "key-added": "A new root key waits to be made active.",
    "rotated": "The root key is exchanged.",
}
