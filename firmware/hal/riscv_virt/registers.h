/*
 * Registers of QEMU's RISC-V machine `virt`: a 16550 UART, the PLIC (RISC-V Platform-Level Interrupt Controller
 * Specification), the CLINT's timer (SiFive U54 manual) and a power switch. Machine mode, one hart.
 */
#ifndef GRAPES_RISCV_VIRT_REGISTERS_H
#define GRAPES_RISCV_VIRT_REGISTERS_H

#include <stdint.h>

#define REG8(address) (*(volatile uint8_t *)(uintptr_t)(address))
#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define UART_BASE 0x10000000u
#define UART_IRQ 10u
#define UART_DATA REG8(UART_BASE + 0u)
#define UART_INTERRUPTS REG8(UART_BASE + 1u)
#define UART_FIFO REG8(UART_BASE + 2u)
#define UART_LINE REG8(UART_BASE + 3u)
#define UART_STATE REG8(UART_BASE + 5u)
#define UART_INTERRUPT_RX 1u
#define UART_FIFO_ON_AND_EMPTY 7u
#define UART_LINE_8N1 3u
#define UART_STATE_RX_READY 1u
#define UART_STATE_TX_FREE 0x20u
#define UART_STATE_TX_DONE 0x40u

#define PLIC_PRIORITY(irq) REG32(0x0c000000u + 4u * (irq))
#define PLIC_ENABLE REG32(0x0c002000u) /* interrupts 0 to 31 of hart 0 in machine mode */
#define PLIC_THRESHOLD REG32(0x0c200000u)
#define PLIC_CLAIM REG32(0x0c200004u)

#define MTIME_LOW REG32(0x0200bff8u)
#define MTIME_HZ 10000000u

#define POWER_SWITCH REG32(0x00100000u)
#define POWER_SWITCH_RESET 0x7777u

/* Control and status registers, RISC-V Privileged Architecture, chapter 3. */
#define MSTATUS_MIE 8u
#define MIE_EXTERNAL (1u << 11)
#define MCAUSE_EXTERNAL 0x8000000bu

#endif
