# A device's past: changes of its verdict, and who read its page.
history-title = Changes of the verdict
history-none = The verdict has not changed yet.
history-col-at = Time
history-col-verdict = Verdict
history-col-cause = Because of
history-col-clauses = Clauses that changed
history-report = A new report
history-time = Time passing
history-rules = New rules or catalogues
history-answer = A self-check
history-other = Something else
history-older = Older changes
viewers-title = Who read this page
viewers-about = Reading again within ten minutes counts once.
viewers-none = Nobody yet.
viewers-col-who = Who
viewers-col-at = Time
