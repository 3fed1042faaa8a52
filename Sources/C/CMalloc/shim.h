#ifndef SUIXIN_CMALLOC_SHIM_H
#define SUIXIN_CMALLOC_SHIM_H
#include <malloc.h>
#endif
