// Calls of Linux that Swift's Glibc module leaves out.
#pragma once
int syncfs(int fd);
