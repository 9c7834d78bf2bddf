// ProcessPrng, which Go's runtime asks of bcryptprimitives.dll and old releases of Wine do not have. Only for running the program under Wine.
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(unsigned char *data, size_t size) { return RtlGenRandom(data, (ULONG)size); }
