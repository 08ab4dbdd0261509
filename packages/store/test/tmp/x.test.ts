import { test } from '@jest/globals';
import { startTestRedis } from '@fanfare/testkit';
import { connectRedis } from '../../src/index.ts';
test('x', async () => {
    await using own = await startTestRedis();
    await own.server.stop();
    const redis = await connectRedis(own.url, 'request', () => {}, 50);
    redis.disconnect();
    const t = setInterval(() => console.log(redis.status, process.getActiveResourcesInfo()), 500); 
    setTimeout(() => clearInterval(t), 2200).unref();
    await new Promise(r => setTimeout(r, 2100));
});
