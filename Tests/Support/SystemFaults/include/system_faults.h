#ifndef SYSTEM_FAULTS_H
#define SYSTEM_FAULTS_H
// Nothing to call: the library takes the place of the C library's functions in a program that is started with it
// (LD_PRELOAD). See system_faults.c.
#endif
