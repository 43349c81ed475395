// A room of layer 3 that reaches for layer 4: must be refused by cmake/check_room.cmake.
#include "chat/connection.h"
