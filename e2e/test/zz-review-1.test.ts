import { test } from '@jest/globals';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createApp, startSystem } from './support/system.ts';
import { Api } from './support/api.ts';
import { request } from 'node:http';
const OUT='/tmp/rv/out1.txt';
const P='/v3/notifications/push/v1';
const N='/v3/notifications/v1';
const say=(label:string,a:any)=>appendFileSync(OUT,`${label} => ${a.status} ${JSON.stringify(a.body)?.slice(0,400)}\n`);
const raw=(url:string,method:string,path:string,headers:any,body?:string)=>new Promise<any>((res,rej)=>{const u=new URL(url);const r=request({host:u.hostname,port:u.port,method,path,headers},(m)=>{let t='';m.on('data',c=>t+=c);m.on('end',()=>{let b:any=t;try{b=JSON.parse(t)}catch{} res({status:m.statusCode,body:b,headers:m.headers})})});r.on('error',rej);if(body!==undefined)r.write(body);r.end()});
test('probe', async () => {
  writeFileSync(OUT,'');
  await using s = await startSystem({env:{CORS_ORIGINS:'*'}});
  const other = await createApp(s.admin, s.url, 'other');
  const b=s.backend;
  const tk=async(api:Api,uid:string)=>(await api.post(`/v3/users/${uid}/auth_tokens`,{})).body.data.authToken;
  const bobT=await tk(b,'bob'); const carolT=await tk(b,'carol'); const oBob=await tk(other,'bob');
  const bob=s.asUser(bobT), carol=s.asUser(carolT);
  // other app's auth token with own appId etc
  say('other app token with app123', await new Api(s.url,{authtoken:oBob,appid:'app123'}).get(`${N}/preferences`));
  say('own token, appid other', await new Api(s.url,{authtoken:bobT,appid:'other'}).get(`${N}/preferences`));
  say('own token appid case', await new Api(s.url,{authtoken:bobT,appid:'APP123'}).get(`${N}/preferences`));
  say('no appid', await new Api(s.url,{authtoken:bobT}).get(`${N}/preferences`));
  say('dup appid', await raw(s.url,'GET',`${N}/preferences`,{authtoken:bobT,appid:['app123','other']}));
  say('dup authtoken', await raw(s.url,'GET',`${N}/preferences`,{authtoken:[bobT,carolT],appid:'app123'}));
  say('bob qs carol', await bob.get(`${N}/preferences?uid=carol`));
  say('bob obo carol', await bob.call('GET',`${N}/preferences`,undefined,{onbehalfof:'carol'}));
  say('bob obo bob qs carol', await bob.call('GET',`${N}/preferences?uid=carol`,undefined,{onbehalfof:'bob'}));
  say('bob body uid carol', await bob.post(`${P}/tokens`,{platform:'fcm_web',fcmToken:'T1',uid:'carol'}));
  say('bob register', await bob.post(`${P}/tokens`,{platform:'FCM_iOS',fcmToken:'T1',authToken:carolT}));
  say('bob list w carol authtoken', await bob.get(`${P}/tokens?authToken=${carolT}`));
  say('carol list', await carol.get(`${P}/tokens?all=true`));
  say('carol delete bob push', await carol.delete(`${P}/tokens/T1`));
  say('carol users', await carol.get('/v3/users/carol'));
  say('bob prefs+apikey hdr other', await new Api(s.url,{authtoken:bobT,appid:'app123',apikey:'x'}).get(`${N}/preferences`));
  const app2key=(other as any);
  say('other key appid app123', await other.call('GET','/v3/users/bob',undefined,{appid:'app123'}));
  say('admin no appid', await s.admin.get('/v3/users/bob'));
  say('admin appid', await s.admin.call('GET','/v3/users/bob',undefined,{appid:'app123'}));
  say('admin bad appid', await s.admin.call('GET','/v3/users/bob',undefined,{appid:'app1*'}));
  // path
  for (const p of ['/v3/users/bob%2Fauth_tokens','/v3/users/..%2fbob','/v3/users/__proto__','/v3/users/constructor','/v3/users/%00','/v3/users/%ff','/V3/users/bob','/v3.0/users/bob','/v3.0','/v3//users/bob','/v3/users/bob/','/v3/users/b%6Fb','/v3/users/bob;x','/v3/users/bob?uid=carol'])
    say('GET '+p, await raw(s.url,'GET',p,{apikey:(b as any)['headers']??'' , ...hdr(b)}));
  function hdr(api:Api){return (api as any).__h??{}}
  // users proto
  say('put __proto__', await b.put('/v3/users/__proto__',{name:'P'}));
  say('get __proto__', await b.get('/v3/users/__proto__'));
  say('put ctor', await b.put('/v3/users/constructor',{name:'C'}));
  // bodies
  for (const [l,body] of [['none',undefined],['null','null'],['arr','[]'],['num','1'],['str','"x"'],['bad','{'],['dup','{"name":"a","name":"b"}'],['proto','{"__proto__":{"name":"x"},"name":"q"}'],['nullname','{"name":null}'],['long',JSON.stringify({name:'x'.repeat(256)})],['emoji',JSON.stringify({name:'😎'.repeat(200)})],['lone','{"name":"\\ud800"}'],['nul','{"name":"a\\u0000b"}'],['tz','{"timezone":"Mars/Phobos"}'],['tzoff','{"timezone":"+09:00"}'],['deact','{"deactivated":"yes"}'],['deactnull','{"deactivated":null}']] as any)
    say('PUT user '+l, await b.call('PUT','/v3/users/dave',body));
  say('text/plain', await b.call('PUT','/v3/users/dave','{"name":"z"}',{'content-type':'text/plain'}));
  say('form', await b.call('PUT','/v3/users/dave','name=z',{'content-type':'application/x-www-form-urlencoded'}));
  say('json charset', await b.call('PUT','/v3/users/dave','{"name":"z"}',{'content-type':'application/json; charset=utf-8'}));
  // timezone
  for (const body of [undefined,'null','{}','{"timezone":null}','{"timezone":"asia/tokyo"}','{"timezone":""}','{"timezone":"Asia/Tokyo"}']) say('tz '+body, await bob.call('PATCH',`${N}/preferences/timezone`,body));
  say('get tz', await bob.get(`${N}/preferences/timezone`));
  // prefs
  for (const body of [undefined,'null','{}','[]','{"groupPreferences":null}','{"groupPreferences":{"groupMessages":4}}','{"groupPreferences":{"groupReplies":4}}','{"groupPreferences":{"groupMessages":"2"}}','{"groupPreferences":{"groupMessages":null}}','{"mutePreferences":{"dnd":3}}','{"mutePreferences":{"schedule":{"monday":{"from":2200,"to":600}}}}','{"mutePreferences":{"schedule":{"monday":{"from":2360}}}}','{"mutePreferences":{"schedule":{"monday":{"from":1260}}}}','{"mutePreferences":{"schedule":{"funday":{"from":1}}}}','{"mutePreferences":{"schedule":{"__proto__":{"from":1}}}}','{"usePrivacyTemplate":"x"}','{"groupPreferences":{"groupMessages":1e400}}','{"groupPreferences":{"groupMessages":2.5}}']) say('prefs '+body, await bob.call('PATCH',`${N}/preferences`,body));
  say('settings get', await b.get(`${N}/settings`));
  await b.patch(`${N}/settings`,{preferences:{mute:{dndPreferenceOverride:false,mutedGroupsOverride:false}}});
  say('strict dnd', await bob.patch(`${N}/preferences?strict=true`,{mutePreferences:{dnd:2},groupPreferences:{groupMessages:1}}));
  say('after strict', await bob.get(`${N}/preferences`));
  say('silent', await bob.patch(`${N}/preferences`,{mutePreferences:{dnd:2}}));
  say('mute group refused', await bob.put(`${N}/preferences/mute`,{conversations:[{id:'g',type:'group',until:null}]}));
  say('mute group strict', await bob.put(`${N}/preferences/mute?strict=true`,{conversations:[{id:'g',type:'group',until:null},{id:'x',type:'oneOnOne',until:null}]}));
  say('mutes', await bob.get(`${P}/preferences/mute`));
  for (const body of [undefined,'{}','{"conversations":[]}','{"conversations":[{"id":"x","type":"oneOnOne"}]}','{"conversations":[{"id":"x","type":"user","until":null}]}','{"conversations":[{"id":"x","type":"oneOnOne","until":1700000000}]}','{"conversations":[{"id":"x","type":"oneOnOne","until":"1900000000000"}]}','{"conversations":[{"id":"x","type":"oneOnOne","until":1700000000000}]}','{"conversations":[{"id":"x","type":"oneOnOne","until":1900000000000},{"id":"x","type":"oneOnOne","until":null}]}','{"conversations":[{"id":"__proto__","type":"oneOnOne","until":null}]}']) say('mute '+body, await bob.call('PUT',`${N}/preferences/mute`,body));
  say('mutes', await bob.get(`${P}/preferences/mute`));
  say('unmute', await bob.call('DELETE',`${P}/preferences/mute`,'{"conversations":[{"id":"x","type":"oneOnOne"},{"id":"nope","type":"group"}]}'));
  say('unmute empty json', await bob.call('DELETE',`${P}/preferences/mute`,''));
  say('reset empty json', await bob.call('DELETE',`${P}/preferences`,'',{'content-type':'application/json'}));
  // settings
  for (const body of [undefined,'null','{}','[]','{"foo":1}','{"preferences":null}','{"preferences":{"group":{"messagesSetting":4}}}','{"preferences":{"group":{"messagesSetting":null}}}','{"preferences":{"mute":{"schedulePreferenceSetting":{"monday":null}}}}','{"preferences":{"call":{"initiatedOverride":true}}}','{"preferences":{"push":{"customJson":[1]}}}','{"preferences":{"push":{"customJson":{"__proto__":{"a":1},"b":null,"c":{"d":null}}}}}','{"sound":{"chat":""}}','{"membership":{"url":"http://user:pw@127.0.0.1/x"}}','{"membership":{"url":"ftp://x"}}','{"membership":{"url":"https://10.0.0.1/x"}}','{"membership":{"secret":"whsec_x"}}','{"membership":{"url":"http://127.0.0.1:9/x?a=1","secret":"whsec_'+'A'.repeat(32)+'"}}','{"maxGroupSize":0}','{"timezone":"Nope"}','{"locale":"xx-!!"}','{"retention":{"events":169}}','{"deadlines":{"foo":{}}}','{"badge":null}','{"templates":{"textMessageTemplateDefault":{"body":"x"}}}','{"pushEnabled":false}']) say('settings '+body, await b.call('PATCH',`${N}/settings`,body));
  say('settings get', {status:0,body:(await b.get(`${N}/settings`)).body.data.preferences.push});
  say('settings membership', {status:0,body:(await b.get(`${N}/settings`)).body.data.membership});
  say('membership null', await b.patch(`${N}/settings`,{membership:null}));
  say('settings del', await b.delete(`${N}/settings`));
  say('settings by user', await bob.get(`${N}/settings`));
  // tokens validation
  for (const body of [undefined,'{}','{"platform":"fcm_web"}','{"platform":"fcm_web","fcmToken":""}','{"platform":"fcm_web","deviceToken":"x"}','{"platform":"apns_ios_device","fcmToken":"x"}','{"platform":"huawei","fcmToken":"x"}','{"platform":"fcm_web","fcmToken":"a b"}',JSON.stringify({platform:'fcm_web',fcmToken:'x'.repeat(4097)}),'{"platform":"fcm_web","fcmToken":"x","providerId":"nope"}','{"platform":"fcm_web","fcmToken":"x","providerId":null}','{"platform":"fcm_web","fcmToken":"x","timezone":"Etc/Unknown"}','{"platform":"fcm_web","fcmToken":"x","timezone":""}','{"platform":null,"fcmToken":"x"}','{"platform":"fcm_web","fcmToken":"x","uid":"b b"}','{"platform":"fcm_web","fcmToken":"x","deviceToken":null}']) say('token '+body?.slice(0,120), await bob.call('POST',`${P}/tokens`,body));
  say('apikey token no uid', await b.post(`${P}/tokens`,{platform:'fcm_web',fcmToken:'z1'}));
  say('apikey token carol authToken for bob', await b.post(`${P}/tokens`,{platform:'fcm_web',fcmToken:'z1',uid:'bob',authToken:carolT}));
  say('apikey token two', await b.post(`${P}/tokens`,{platform:'fcm_web',fcmToken:'z1',uid:'erin'}));
  say('apikey token two', await b.post(`${P}/tokens`,{platform:'fcm_android',fcmToken:'z2',uid:'erin'}));
  say('erin tokens', await b.get(`${P}/tokens?uid=erin&all=true`));
  say('tokens all= empty', await b.get(`${P}/tokens?uid=erin&all=&authToken=`));
  say('list uid unknown', await b.get(`${P}/tokens?uid=nobody`));
  say('del path no uid w body', await b.delete(`${P}/tokens/z2`,{uid:'erin',authToken:bobT}));
  say('del path uid qs other authToken', await b.delete(`${P}/tokens/z2?uid=erin`,{authToken:bobT}));
  say('contradict', await b.call('POST',`${P}/tokens?uid=frank`,JSON.stringify({platform:'fcm_web',fcmToken:'z3',uid:'erin'}),{onbehalfof:'gina'}));
  // admin as user route
  say('admin on user route', await s.admin.call('GET',`${N}/preferences?uid=bob`,undefined,{appid:'app123'}));
  // HEAD
  say('HEAD user nocred', await raw(s.url,'HEAD','/v3/users/bob',{}));
  say('HEAD bob me', await raw(s.url,'HEAD','/v3/me',{}));
  // cors
  const c=await raw(s.url,'OPTIONS',`${P}/tokens`,{origin:'https://x.example','access-control-request-method':'POST','access-control-request-headers':'appid,authtoken'}); appendFileSync(OUT,'cors '+c.status+JSON.stringify(c.headers)+'\n');
  const c2=await raw(s.url,'GET',`${P}/tokens`,{origin:'https://x.example'}); appendFileSync(OUT,'cors2 '+c2.status+JSON.stringify(c2.headers)+'\n');
  // me
  const me=await bob.call('PUT','/v3/me','{"platform":"web","deviceId":"x"}'); say('me',me);
  say('me undefined body', await bob.call('PUT','/v3/me'));
  say('bad host', await raw(s.url,'PUT','/v3/me',{authtoken:bobT,appid:'app123',host:'a_b:80'}));
  say('logout', await bob.delete('/v3/me'));
  say('after logout', await bob.get('/v3/me'));
  say('tokens after', await b.get(`${P}/tokens?uid=bob&all=true`));
  const keys=await s.redis.redis.keys('*'); appendFileSync(OUT,keys.join('\n')+'\n');
}, 120000);
