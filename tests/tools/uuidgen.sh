### shape (ours)
uuidgen | grep -cE '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'; [ "$(uuidgen)" = "$(uuidgen)" ] || echo different; mcookie | grep -cE '^[0-9a-f]{32}$'
