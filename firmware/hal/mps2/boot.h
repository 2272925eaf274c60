/* What start-up and drivers of this family know of each other. */
#ifndef GRAPES_MPS2_BOOT_H
#define GRAPES_MPS2_BOOT_H

#include <stdint.h>

#define MPS2_STACK_PAINT 0xa5a5a5a5u

extern uint32_t mps2_boot_count;
uint32_t mps2_stack_used(void);
void mps2_uart_rx_interrupt(void);
/* Writes "fault: exception N, cfsr 0x…" to the UART without interrupts. */
void mps2_fault_report(uint32_t exception, uint32_t cfsr);

#endif
