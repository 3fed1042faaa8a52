#ifndef SUIXIN_CICONV_SHIM_H
#define SUIXIN_CICONV_SHIM_H
#include <iconv.h>
#endif
