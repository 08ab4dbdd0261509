/** The name of the profile that a process writes. */
export const PROFILE_FILE = (pid: number): string => `${pid}.cpuprofile`;
