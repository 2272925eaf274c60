/*
 * Registers of the CMSDK machines (MPS2 boards), as in the Cortex-M System Design Kit TRM (DDI 0479) and the ARMv7-M
 * Architecture Reference Manual (DDI 0403). A chip of the family with other addresses defines its own (`halDefines` of
 * its descriptor). The Armv8-M machines start in the secure state: theirs are the secure aliases.
 */
#ifndef GRAPES_MPS2_REGISTERS_H
#define GRAPES_MPS2_REGISTERS_H

#include <stdint.h>

#ifndef MPS2_UART_BASE
#define MPS2_UART_BASE 0x40004000u
#endif
#ifndef MPS2_UART_RX_IRQ
#define MPS2_UART_RX_IRQ 0
#endif
#ifndef MPS2_TIMER_BASE
#define MPS2_TIMER_BASE 0x40000000u
#endif
#ifdef GRAPES_CLOCK_HZ
#define MPS2_CLOCK_HZ ((uint32_t)GRAPES_CLOCK_HZ)
#else
#define MPS2_CLOCK_HZ 25000000u
#endif

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* CMSDK UART: one byte each way, no FIFO. */
#define UART_DATA REG(MPS2_UART_BASE + 0x00u)
#define UART_STATE REG(MPS2_UART_BASE + 0x04u)
#define UART_CTRL REG(MPS2_UART_BASE + 0x08u)
#define UART_INTCLEAR REG(MPS2_UART_BASE + 0x0cu)
#define UART_BAUDDIV REG(MPS2_UART_BASE + 0x10u)
#define UART_STATE_TX_FULL 1u
#define UART_CTRL_TX_RX_RXIRQ 0x0bu
#define UART_INT_RX 2u

/* CMSDK APB timer: 32 bits, counts down from RELOAD. */
#define TIMER_CTRL REG(MPS2_TIMER_BASE + 0x00u)
#define TIMER_VALUE REG(MPS2_TIMER_BASE + 0x04u)
#define TIMER_RELOAD REG(MPS2_TIMER_BASE + 0x08u)

/* System counter of the SSE-300 subsystem (Corstone-300 TRM, 101773), in place of the timer: 64 bits, counts up. */
#ifdef MPS2_SYSTEM_COUNTER_BASE
#define COUNTER_CTRL REG(MPS2_SYSTEM_COUNTER_BASE + 0x00u)
#define COUNTER_VALUE_LOW REG(MPS2_SYSTEM_COUNTER_BASE + 0x08u)
#define COUNTER_ENABLE 1u
#endif

/* Cortex-M system control space. */
#define NVIC_ISER(irq) REG(0xe000e100u + 4u * ((irq) / 32u))
#define SCB_VTOR REG(0xe000ed08u)
#define SCB_AIRCR REG(0xe000ed0cu)
#define SCB_CCR REG(0xe000ed14u)
#define SCB_CFSR REG(0xe000ed28u)
#define SCB_CPACR REG(0xe000ed88u)
#define AIRCR_SYSRESETREQ 0x05fa0004u
#define CCR_UNALIGN_TRP (1u << 3)
#define CCR_LOB (1u << 19) /* low-overhead branches, Armv8.1-M */
#define CPACR_FPU_FULL (0xfu << 20)

#endif
