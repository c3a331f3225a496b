"""Verifies a webhook as the Standard Webhooks specification says, by nothing but Python's own library.

Reads one JSON object: secret, id, timestamp, signature, body. Ends with 0 where the signature is right, with 1 where not.
"""

import base64
import hashlib
import hmac
import json
import sys

sent = json.load(sys.stdin)
key = base64.b64decode(sent["secret"].removeprefix("whsec_"))
content = f"{sent['id']}.{sent['timestamp']}.{sent['body']}".encode()
expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
signatures = [part.split(",", 1) for part in sent["signature"].split(" ")]
right = any(version == "v1" and hmac.compare_digest(expected, value) for version, value in signatures)
sys.exit(0 if right else 1)
