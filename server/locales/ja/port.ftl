# What the web port says before any page is reached.
port-cut-off = 送信が途中で切れました
port-cut-off-act = 通信を確かめ、前のページに戻ってもう一度送信してください。続く場合は、次の番号を添えて事務局に連絡してください。番号: { $id }
port-too-long = 送られた内容が大きすぎます
port-too-long-act = 入力を短くして、もう一度送信してください。番号: { $id }
port-busy = 混み合っています
port-busy-act = 少し待ってから、もう一度お試しください。続く場合は、次の番号を添えて事務局に連絡してください。番号: { $id }
