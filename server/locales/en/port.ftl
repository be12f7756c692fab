# What the web port says before any page is reached.
port-cut-off = What was sent broke off
port-cut-off-act = Check the connection, go back and send it again. If it happens again, tell the secretariat this number: { $id }
port-too-long = What was sent is too long
port-too-long-act = Shorten what you typed and send it again. Number: { $id }
port-busy = Busy
port-busy-act = Wait a moment and try again. If it happens again, tell the secretariat this number: { $id }
