# Files added to papers, and files that are sent
file-title = Files
file-one = File
file-col-note = Remark
file-hidden =
    { $n ->
        [one] There is one.
       *[other] There are { $n }.
    } What is in them is for the administrator, the deputies and the head of this facility.
file-about = { $format }, { $kib } KB
file-attach = Add a file
file-about-files = One PDF, JPEG or PNG of up to { $n } MB: a form on paper that was scanned, a photograph of a receipt.
file-no-patients = Add nothing that shows the name, the face or the condition of a patient or client.
file-note-about = What the file is, in up to { $n } characters. Write nothing about patients or clients.
file-full = There can be { $n } files. To add another one, remove one that is not needed.
file-remove = Remove
file-remove-one = Remove { $name }
file-remove-about = The file cannot be brought back. The reason stays with this paper.
file-removed = Removed ({ $by }, { $at }). Reason: { $why }
file-none = No file was chosen. Choose a PDF, JPEG or PNG and press again.
file-empty = “{ $name }” is empty. See whether the file itself opens, and choose it again.
file-too-large = “{ $name }” is larger than { $most } MB. Make the picture smaller, or scan it at a lower resolution, and choose it again.
file-far-too-large = What was sent is so large that it was not read to its end. Make the file smaller and choose it again.
file-other-format = What is in “{ $name }” is neither PDF nor JPEG nor PNG. Another ending of its name does not change that. Save it as PDF or JPEG and choose it again (HEIC photographs of an iPhone, too).
file-wrong-ending = What is in “{ $name }” is { $format }, but its name does not end like that. See whether it is the right file, let its name end in “{ $ending }”, and choose it again.
file-wrong-type = What is in “{ $name }” is { $format }, but the browser sent it as a file of another kind. See whether it is the right file, save it as { $format } ({ $ending }), and choose it again.
file-too-many = This paper has { $most } files already. Remove one that is not needed, and choose the file again.
file-closed = Nothing is to be done with this paper any more. Files are added and removed only until then.
file-note-long = Shorten the remark to { $most } characters, and choose the file again.
file-cut-off = The file broke off on its way, or could not be read. Check the connection, choose the file again and press once more.
file-busy = Other people's files are being taken. Wait a little, choose the file again and press once more.
