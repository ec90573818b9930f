/* What Triton's clients may ask for and is not offered: answered with 501, so that they know.
 * SPDX-License-Identifier: MIT */
#include "server/operations.h"

#define NOT_OFFERED(name, id_, summary_, said)                                                     \
    const struct lar_operation name = {                                                            \
        .id = id_,                                                                                 \
        .tag = LAR_TAG_NONE,                                                                       \
        .summary = summary_,                                                                       \
        .statuses = {{501, "not offered", NULL, NULL, NULL}},                                      \
        .examples = {{.has = said}},                                                               \
    }
#define NO_TRACE(name, id) NOT_OFFERED(name, id, "Triton's tracing", "tracing")
#define NO_SYSTEM(name, id) NOT_OFFERED(name, id, "Triton's system shared memory", "shared memory")
#define NO_CUDA(name, id) NOT_OFFERED(name, id, "Triton's CUDA shared memory", "shared memory")

NOT_OFFERED(lar_op_set_logging, "setLogging", "Triton's settings of the log", "log.level");
NO_TRACE(lar_op_trace, "getTrace");
NO_TRACE(lar_op_set_trace, "setTrace");
NO_TRACE(lar_op_model_trace, "getModelTrace");
NO_TRACE(lar_op_set_model_trace, "setModelTrace");
NO_SYSTEM(lar_op_system_memory, "getSystemMemory");
NO_SYSTEM(lar_op_system_region, "getSystemRegion");
NO_SYSTEM(lar_op_drop_system_memory, "dropSystemMemory");
NO_SYSTEM(lar_op_set_system_region, "setSystemRegion");
NO_SYSTEM(lar_op_drop_system_region, "dropSystemRegion");
NO_CUDA(lar_op_cuda_memory, "getCudaMemory");
NO_CUDA(lar_op_cuda_region, "getCudaRegion");
NO_CUDA(lar_op_drop_cuda_memory, "dropCudaMemory");
NO_CUDA(lar_op_set_cuda_region, "setCudaRegion");
NO_CUDA(lar_op_drop_cuda_region, "dropCudaRegion");
