/* Starts what follows on its command line as Windows' sshd does: in a job object that ends all of it when this program
 * ends. Its processes may leave the job, unless the first word is "-held". Without anything on its command line it takes
 * the line in SESSION_LINE, which nobody has quoted anew on its way. */
#include <windows.h>
#include <wchar.h>

static wchar_t *after_word(wchar_t *text)
{
    int quoted = 0;
    for (; *text && (quoted || (*text != L' ' && *text != L'\t')); text++)
        if (*text == L'"') quoted = !quoted;
    while (*text == L' ' || *text == L'\t') text++;
    return text;
}

int wmain(void)
{
    wchar_t *line = after_word(GetCommandLineW());
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    STARTUPINFOW start = {sizeof start};
    PROCESS_INFORMATION made;
    DWORD code = 255;
    HANDLE job = CreateJobObjectW(NULL, NULL);

    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK;
    if (!wcsncmp(line, L"-held ", 6)) {
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        line = after_word(line);
    }
    if (!*line) {
        static wchar_t given[32768];
        GetEnvironmentVariableW(L"SESSION_LINE", given, 32768);
        line = given;
    }
    if (!SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits)) return 254;
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &start, &made)) return 1;
    if (!AssignProcessToJobObject(job, made.hProcess)) return 253;
    ResumeThread(made.hThread);
    WaitForSingleObject(made.hProcess, INFINITE);
    GetExitCodeProcess(made.hProcess, &code);
    return code;
}
