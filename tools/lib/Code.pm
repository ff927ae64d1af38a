# SPDX-License-Identifier: GPL-2.0-or-later
# Reads C files for the source checks: which there are, and their lines without comments or the contents of strings.
package Code;
use strict;
use warnings;
use File::Find;

# Every .c and .h below the given folders of a tree, as paths relative to it, sorted.
sub files {
	my ($tree, @folders) = @_;
	my @found;
	my @there = grep { -d } map { "$tree/$_" } @folders;
	find({ no_chdir => 1, wanted => sub { push @found, substr($_, 1 + length $tree) if /\.[ch]$/ && -f } }, @there)
		if @there;
	return sort @found;
}

sub text {
	my ($path) = @_;
	open my $in, '<', $path or die "cannot read $path: $!\n";
	local $/;
	my $text = <$in>;
	return $text // '';
}

# The lines of a file with comments blanked; with strings => 1 the contents of strings and characters too.
sub lines {
	my ($path, %blank) = @_;
	my $text = text($path);
	$text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}{
		defined $1 ? $1 =~ s/[^\n]/ /gr : $blank{strings} ? '""' : $2
	}gsex;
	return split /\n/, $text, -1;
}

1;
