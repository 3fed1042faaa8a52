import Testing

@Suite("ProfileMerge")
struct ProfileMergeTests {}
