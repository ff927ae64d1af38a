/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole software of a lab guest: a boot sector of 512 bytes that enters protected mode and writes one word into each
 * page it dirties, at a chosen rate, over a chosen working set, in a chosen pattern. It sleeps (HLT) between the ticks of
 * the interval timer, so that several such guests fit on two cores.
 *
 * Parameters are the second sector of the image, written by lab/guest.sh: 32-bit numbers, all in pages and centiseconds.
 *     0  pages to fill with something that is not zero before the first write
 *     4  pattern: 0 hot, 1 sweep, 2 random
 *     8  number of phases, at least 1; they follow one another and begin again
 *    12  per phase: how long in centiseconds, pages per second, pages in the working set (at least 8)
 *
 * Each second it says "CENTISECONDS PAGES" (since boot; eight hexadecimal digits each) on the first serial port: this is
 * the truth that the figures of libvirt can be held against, and it costs no lock of libvirt to read it.
 *
 * Pace comes from the ACPI timer (3,579,545 Hz, 24 bits), not from counting ticks, because ticks are lost on a busy
 * machine. What could not be written is owed for 25 ms and then forgiven, so that a throttled guest slows down.
 */
	.intel_syntax noprefix
	.set	PARAMETERS, 0x7e00
	.set	FILL_PAGES, PARAMETERS
	.set	PATTERN, PARAMETERS + 4
	.set	N_PHASES, PARAMETERS + 8
	.set	PHASES, PARAMETERS + 12
	.set	PHASE_SIZE, 12

	/*
	 * Variables, addressed from ebp to save room. They are not in the page of this code: QEMU throws away the
	 * translation of a page that is written to.
	 */
	.set	VARIABLES, 0x8000
	.set	last_timer, 0		/* ACPI timer at the last look */
	.set	page_rest, 4	/* what is left of a page, in 1/3,579,545 */
	.set	time_rest, 8	/* what is left of a centisecond, in timer ticks */
	.set	now, 12		/* centiseconds since boot */
	.set	n_written, 16	/* pages written since boot */
	.set	report_at, 20
	.set	phase_end, 24
	.set	phase, 28		/* address of the running phase */
	.set	phases_left, 32
	.set	sweep_page, 36
	.set	hot_page, 40
	.set	lottery, 44
	.set	N_VARIABLES, 12

	.set	IDT, 0x8800
	.set	STACK, 0x9800
	.set	FIRST_PAGE, 0x100000
	.set	TIMER_PORT, 0x608		/* where SeaBIOS puts the ACPI timer of the i440fx machine */
	.set	TIMER_HZ, 3579545
	.set	TIMER_PER_CENTISECOND, 35795
	.set	TIMER_DEBT_LIMIT, 89489	/* 25 ms */

	.text
	.code16
	.globl	_start
_start:
	cli
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	sp, 0x7c00
load:	mov	ax, 0x0201			/* read one sector ... */
	mov	bx, PARAMETERS
	mov	cx, 2				/* ... the second ... */
	xor	dh, dh				/* ... of the drive that we were started from */
	int	0x13
	jc	load
	cli
	lgdt	[gdt_pointer]
	mov	eax, cr0
	or	al, 1
	mov	cr0, eax
	jmp	0x08:protected

	.code32
protected:
	mov	ax, 0x10
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	esp, STACK
	cld
	in	al, 0x92			/* address line 20 */
	or	al, 2
	out	0x92, al

	xor	eax, eax
	mov	ebp, VARIABLES
	mov	edi, ebp
	mov	ecx, N_VARIABLES
	rep stosd

	/* The timer's interrupt has vector 8, as the BIOS left it; nothing else may interrupt. */
	mov	dword ptr [IDT + 8 * 8], offset tick
	mov	word ptr [IDT + 8 * 8 + 2], 0x08
	mov	dword ptr [IDT + 8 * 8 + 4], 0x8e00
	lidt	[idt_pointer]
	mov	al, 0xfe
	out	0x21, al
	mov	al, 0xff
	out	0xa1, al
	mov	al, 0x34			/* channel 0, rate generator, 1,193,182 Hz / 11,932 = 100 Hz */
	out	0x43, al
	mov	ax, 11932
	out	0x40, al
	mov	al, ah
	out	0x40, al

	mov	edi, FIRST_PAGE + 8
	mov	ecx, [FILL_PAGES]
fill:	mov	dword ptr [edi], 0x64726961
	add	edi, 0x1000
	loop	fill

	call	read_timer
	mov	[ebp + last_timer], eax
	call	first_phase

main:	sti
	hlt
	call	read_timer
	mov	ebx, eax
	sub	eax, [ebp + last_timer]
	and	eax, 0xffffff
	mov	[ebp + last_timer], ebx
	push	eax

	add	eax, [ebp + time_rest]
	xor	edx, edx
	mov	ecx, TIMER_PER_CENTISECOND
	div	ecx
	mov	[ebp + time_rest], edx
	add	[ebp + now], eax
	mov	eax, [ebp + now]
	cmp	eax, [ebp + phase_end]
	jb	same_phase
	call	next_phase
same_phase:
	pop	eax
	cmp	eax, TIMER_DEBT_LIMIT
	jbe	payable
	mov	eax, TIMER_DEBT_LIMIT
payable:
	mov	esi, [ebp + phase]
	mul	dword ptr [esi + 4]
	add	eax, [ebp + page_rest]
	adc	edx, 0
	mov	ecx, TIMER_HZ
	div	ecx
	mov	[ebp + page_rest], edx
	mov	ecx, eax
	jecxz	written
write:	call	choose_page
	shl	eax, 12
	inc	dword ptr [ebp + n_written]
	mov	edx, [ebp + n_written]
	mov	[eax + FIRST_PAGE], edx
	loop	write
written:
	mov	eax, [ebp + now]
	cmp	eax, [ebp + report_at]
	jb	main
	add	eax, 100
	mov	[ebp + report_at], eax
	mov	ebx, [ebp + now]
	mov	cl, ' '
	call	say
	mov	ebx, [ebp + n_written]
	mov	cl, '\n'
	call	say
	jmp	main

/* The page to write next, eax, of the phase in esi. */
choose_page:
	mov	ebx, [esi + 8]
	cmp	byte ptr [PATTERN], 1
	ja	random
	je	sweep
	test	byte ptr [ebp + n_written], 7		/* hot: every eighth page written is one of the sweep */
	jz	sweep
	shr	ebx, 3
	lea	edi, [ebp + hot_page]
	jmp	walk
sweep:	lea	edi, [ebp + sweep_page]
walk:	mov	eax, [edi]
	inc	eax
	cmp	eax, ebx
	jb	inside
	xor	eax, eax
inside:	mov	[edi], eax
	ret
random:	imul	eax, [ebp + lottery], 1664525
	add	eax, 1013904223
	mov	[ebp + lottery], eax
	mul	ebx
	mov	eax, edx
	ret

next_phase:
	add	dword ptr [ebp + phase], PHASE_SIZE
	dec	dword ptr [ebp + phases_left]
	jnz	enter_phase
first_phase:
	mov	dword ptr [ebp + phase], offset PHASES
	mov	eax, [N_PHASES]
	mov	[ebp + phases_left], eax
enter_phase:
	mov	eax, [ebp + phase]
	mov	eax, [eax]
	add	eax, [ebp + now]
	mov	[ebp + phase_end], eax
	ret

read_timer:
	mov	dx, TIMER_PORT
	in	eax, dx
	ret

/* Says ebx as eight digits and then the character cl. */
say:	mov	dx, 0x3f8
	mov	ch, 8
digit:	rol	ebx, 4
	mov	al, bl
	and	al, 15
	add	al, '0'
	cmp	al, '9'
	jbe	decimal
	add	al, 'a' - '0' - 10
decimal:
	out	dx, al
	dec	ch
	jnz	digit
	mov	al, cl
	out	dx, al
	ret

tick:	push	eax
	mov	al, 0x20
	out	0x20, al
	pop	eax
	iretd

gdt:	.quad	0
	.quad	0x00cf9a000000ffff
	.quad	0x00cf92000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.long	gdt
idt_pointer:
	.word	9 * 8 - 1
	.long	IDT

	.org	510
	.word	0xaa55
