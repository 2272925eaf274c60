/* What start-up and drivers of this family know of each other. */
#ifndef GRAPES_RISCV_VIRT_BOOT_H
#define GRAPES_RISCV_VIRT_BOOT_H

#include <stdint.h>

extern uint32_t riscv_virt_boot_count;
uint32_t riscv_virt_stack_used(void);
void riscv_virt_uart_interrupt(void);
void riscv_virt_fault_report(uint32_t cause, uint32_t address);

#endif
