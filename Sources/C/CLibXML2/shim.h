#ifndef SUIXIN_CLIBXML2_SHIM_H
#define SUIXIN_CLIBXML2_SHIM_H
#include <iconv.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>
#endif
